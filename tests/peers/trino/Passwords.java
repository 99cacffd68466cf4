import java.security.Principal;
import java.util.List;
import java.util.Map;

import io.trino.spi.Plugin;
import io.trino.spi.security.AccessDeniedException;
import io.trino.spi.security.BasicPrincipal;
import io.trino.spi.security.PasswordAuthenticator;
import io.trino.spi.security.PasswordAuthenticatorFactory;

/** A plug-in of Trino's that judges passwords: `app` has `pw`, and `few` has it too. */
public final class Passwords implements Plugin {
    @Override
    public Iterable<PasswordAuthenticatorFactory> getPasswordAuthenticatorFactories() {
        return List.of(new PasswordAuthenticatorFactory() {
            @Override
            public String getName() {
                return "peer";
            }

            @Override
            public PasswordAuthenticator create(Map<String, String> config) {
                return (user, password) -> judge(user, password);
            }
        });
    }

    private static Principal judge(String user, String password) {
        if (!List.of("app", "few").contains(user) || !password.equals("pw")) {
            throw new AccessDeniedException("Invalid credentials");
        }
        return new BasicPrincipal(user);
    }
}

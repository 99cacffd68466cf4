import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.common.settings.Settings;

/**
 * OpenSearch's node without its bootstrap, which refuses root and wants the policy files that only its distribution has.
 * {@code Peer HOME CONFIG}; the modules and plug-ins are found as ever, in HOME/modules and HOME/plugins.
 */
public final class Peer {
    public static void main(String[] arguments) throws Exception {
        Path config = Path.of(arguments[1]);
        // In the distribution what is not in a plug-in's jar is put there by its build.
        for (Map.Entry<String, String> module : MODULES.entrySet()) {
            String name = module.getKey();
            String version = org.opensearch.Version.CURRENT.toString();
            Files.writeString(Path.of(arguments[0], "modules", name, "plugin-descriptor.properties"), String.join("\n",
                "name=" + name, "description=" + name, "version=" + version, "opensearch.version=" + version, "java.version=11",
                "classname=" + module.getValue(), "extended.plugins=", "has.native.controller=false", ""));
        }
        Settings home = Settings.builder().put("path.home", arguments[0]).build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(home, Map.of(), config, () -> "peer");
        LogConfigurator.setNodeName("peer");
        LogConfigurator.configure(environment);
        Node node = new Node(environment);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown));
        node.start();
        stopped.await();
    }

    private static final Map<String, String> MODULES = Map.of(
        "transport-netty4", "org.opensearch.transport.Netty4Plugin",
        "analysis-common", "org.opensearch.analysis.common.CommonAnalysisPlugin",
        "lang-painless", "org.opensearch.painless.PainlessPlugin",
        "mapper-extras", "org.opensearch.index.mapper.MapperExtrasPlugin",
        "parent-join", "org.opensearch.join.ParentJoinPlugin");
}

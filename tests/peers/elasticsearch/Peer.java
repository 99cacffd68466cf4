import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Elasticsearch's node without its bootstrap, which refuses root and wants what only its distribution has.
 * {@code Peer HOME CONFIG}; the modules are found as ever, in HOME/modules.
 */
public final class Peer {
    public static void main(String[] arguments) throws Exception {
        Path config = Path.of(arguments[1]);
        String version = org.elasticsearch.Build.current().version();
        // In the distribution what is not in a plug-in's jar is put there by its build.
        for (Map.Entry<String, String> module : MODULES.entrySet()) {
            Path folder = Files.createDirectories(Path.of(arguments[0], "modules", module.getKey()));
            Files.writeString(folder.resolve("plugin-descriptor.properties"), String.join("\n",
                "name=" + module.getKey(), "description=" + module.getKey(), "version=" + version, "elasticsearch.version=" + version,
                "java.version=17", "classname=" + module.getValue(), ""));
        }
        LogConfigurator.configureESLogging();
        Settings home = Settings.builder().put("path.home", arguments[0]).build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(home, Map.of(), config, () -> "peer");
        LogConfigurator.setNodeName("peer");
        LogConfigurator.configure(environment, true);
        PluginsLoader modules = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir()), Set.of(), Map.of(), false);
        Node node = new Node(environment, modules);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown));
        node.start();
        stopped.await();
    }

    private static final Map<String, String> MODULES = Map.of("transport-netty4", "org.elasticsearch.transport.netty4.Netty4Plugin", "rest-root", "Root");
}

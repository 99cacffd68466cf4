//! The official clients of both products judge the fake before a connector does.

use serde_json::{Value, json};

use super::corners::cluster;
use crate::fakes::search::{Fake, LOGIN, opensearch};
use crate::support::python::python_of;

/// What every client has to say, whatever it is called.
const SCRIPT: &str = "
def caught(f):
    try:
        f(); return None
    except Exception as e:
        return type(e).__name__
c = client(args['password'])
r = c.indices.resolve_index(name='*', expand_wildcards='open,closed')
a = c.indices.get_alias(expand_wildcards='open,closed')
names = [i['name'] for i in r['indices']]
m = c.indices.get_mapping(index=','.join(names))
print(json.dumps([c.info()['version']['number'], names, [[x['name'], x['indices']] for x in r['aliases']],
    [[s['name'], s['backing_indices']] for s in r['data_streams']], sorted(n for n in a if a[n]['aliases']),
    [[i['index'], i['status']] for i in c.cat.indices(format='json', h='index,status', expand_wildcards='open,closed')],
    sorted(m) == sorted(names), m['orders']['mappings']['properties']['name']['fields'],
    list(c.indices.get_mapping(index='hidden')), caught(lambda: c.indices.get_mapping(index='none')),
    caught(lambda: c.indices.get_mapping(index='forbidden')), caught(lambda: client('no').info())]))";

/// What they say of a product in this version, and of which aliases it tells.
fn wanted(version: &str, aliases: &Value, aliased: &[&str]) -> Value {
    let names = ["orders", "old", "closed", "odd"];
    json!([
        version,
        names,
        aliases,
        [["metrics", [".ds-metrics-000001", ".ds-metrics-000002"]]],
        aliased,
        names.map(|name| [name, if name == "closed" { "close" } else { "open" }]),
        true,
        {"raw": {"type": "keyword"}},
        ["hidden"],
        "NotFoundError",
        "AuthorizationException",
        "AuthenticationException"
    ])
}

async fn said(python: &str, client: &str, fake: Fake) -> Result<Value, String> {
    let running = fake.start().await;
    let arguments = json!({"url": format!("http://127.0.0.1:{}", running.port), "password": LOGIN.1});
    python_of(python, &format!("{client}{SCRIPT}"), &arguments).await
}

/// A cluster with a bit of everything, and an index that may not be asked for.
fn fake() -> Fake {
    Fake { refused: vec![("forbidden".to_owned(), 403, "security_exception")], ..cluster() }
}

/// The clients of Elasticsearch 8 and 9, which refuse what is not their product.
#[tokio::test]
async fn of_elasticsearch() {
    let client = "import elasticsearch as e\ndef client(p): return e.Elasticsearch(args['url'], basic_auth=('app', p), max_retries=0)";
    for (python, version) in [("HEADWATER_TEST_ELASTICSEARCH_8_PYTHON", "8.19.3"), ("HEADWATER_TEST_SEARCH_PYTHON", "9.2.0")] {
        let mut fake = fake();
        fake.version["number"] = json!(version);
        let aliases = json!([["all", ["orders", "old"]], ["of-stream", ["metrics"]]]);
        assert_eq!(
            said(python, client, fake).await.expect("accepted"),
            wanted(version, &aliases, &["metrics", "old", "orders"]),
            "{python}"
        );
        let other = said(python, client, Fake { version: opensearch(), ..self::fake() }).await.expect_err("another product");
        assert!(other.contains("UnsupportedProductError"), "{python}: {other}");
    }
    // As the product itself has it.
    let ahead = said("HEADWATER_TEST_SEARCH_PYTHON", client, fake()).await.expect_err("a client of a later version");
    assert!(ahead.contains("media_type_header_exception"), "{ahead}");
}

#[tokio::test]
async fn of_opensearch() {
    let client = "import opensearchpy\ndef client(p): return opensearchpy.OpenSearch(args['url'], http_auth=('app', p), max_retries=0)";
    assert_eq!(
        said("HEADWATER_TEST_SEARCH_PYTHON", client, Fake { version: opensearch(), ..fake() }).await.expect("accepted"),
        wanted("2.19.1", &json!([["all", ["orders", "old"]]]), &["old", "orders"])
    );
}

# Generates a client from the document and does every call with it. `args` come from the test; prints what the answers were.
import importlib, io, pathlib, pkgutil, subprocess

folder = pathlib.Path(args["folder"])
(folder / "config.yaml").write_text("post_hooks: []\n")
generate = [sys.executable, "-m", "openapi_python_client", "generate", "--path", args["document"], "--meta", "none",
            "--config", str(folder / "config.yaml"), "--output-path", str(folder / "generated")]
run = subprocess.run(generate, capture_output=True, text=True)
assert run.returncode == 0, run.stdout + run.stderr
warnings = "\n".join(l for l in (run.stdout + run.stderr).splitlines() if l.strip() and not l.startswith("Generating "))

sys.path.insert(0, str(folder))
from generated import AuthenticatedClient, Client, models
from generated.types import UNSET, File

api = {}
for package in ["datasource", "health"]:
    path = folder / "generated" / "api" / package
    for module in pkgutil.iter_modules([str(path)]):
        api[module.name] = importlib.import_module(f"generated.api.{package}.{module.name}")

client = AuthenticatedClient(base_url=args["base"], token=args["token"], raise_on_unexpected_status=True)
called = {}


def call(name, **given):
    answer = api[name].sync_detailed(client=client, **given)
    called[name] = int(answer.status_code)
    return answer.parsed


body = models.PostgreSQLDatasource.from_dict(args["body"])
wrong = models.PostgreSQLDatasource.from_dict(args["body"] | {"credentials": args["body"]["credentials"] | {"password": "wrong"}})
by_name = models.DatasourceReference(input_=models.DatasourceInput(datasource_name="x"))
said = {"warnings": warnings, "operations": sorted(api)}

call("live"), call("ready")
said["ready"] = sum(1 for one in call("list_datasource_types").data if one.ready)
assert call("create_datasource", body=body).name == "x"
assert call("update_datasource", body=body).name == "x"
said["names"] = [one.name for one in call("list_datasources").data]
details = call("get_datasource_details", datasource_name="x").data
said["details"] = [details.name, details.status, details.server.product, details.schema.tables]
by_id = models.DatasourceReference(input_=models.DatasourceInput(datasource_id=details.id))
tables = {one.definition.table: one.definition for one in call("get_datasource_schema", datasource_name="x").data.tables}
key = tables["child"].foreign_keys[0]
said["foreignKey"] = [key.columns[0], key.references.table, key.references.columns[0]]
said["columns"] = [[one.name, one.type_, one.nullable] for one in tables["child"].columns]
assert call("sync_datasource", body=by_id).data.message == "Sync completed"
said["progress"] = call("get_datasource_progress", body=by_name).status.progress
said["steps"] = [[one.step, one.status, one.code] for one in call("test_datasource", body=by_name).data.steps]
failed = [one for one in call("test_datasource", body=wrong).data.steps if one.status == "failed"][0]
said["failed"] = [failed.step, failed.status, failed.code]

said["errors"] = []


def error(name, client=client, **given):
    answer = api[name].sync_detailed(client=client, **given)
    assert isinstance(answer.parsed, models.Error), answer
    assert answer.parsed.error.code in list(models.ErrorCode)
    said["errors"].append([answer.parsed.error.code, int(answer.status_code)])


error("list_datasources", client=AuthenticatedClient(base_url=args["base"], token="wrong"))
error("create_datasource", body=body)
error("sync_datasource", body=models.DatasourceReference())

csv = models.CSVDatasource.from_dict({"datasourceType": "csv", "credentials": {"name": "files"}})
assert api["create_datasource"].sync(client=client, body=csv).name == "files"
form = models.UploadFilesBody(datasource_name="files", files=[File(payload=io.BytesIO(b"id,name\n1,a\n2,b\n"), file_name="people.csv")])
assert call("upload_files", body=form).tables == ["people"]

said["message"] = call("delete_datasource", datasource_name="x").message
said["called"] = called
print(json.dumps(said))

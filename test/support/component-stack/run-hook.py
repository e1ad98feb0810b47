"""Runs one hook of Magpie outside of Magpie: `run-hook.py FILE`, with a case as JSON on standard input.

What the hook may call of Magpie is a double here: a tree of resources, and who may read which of them. Prints what came of it as JSON:
headers of the request, body of the response, what was permitted.
"""
import importlib.machinery
import importlib.util
import json
import sys
import types

case = json.load(sys.stdin)
permitted = []


class Thing(object):
    def __init__(self, **values):
        self.__dict__.update(values)


def module(name, **values):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(values)


class Manager(object):
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def register(config, db_session=None):
    if case.get("magpie") == "fails":
        raise RuntimeError("database is away")
    permitted.extend(config["permissions"])


def nodes(tree, parent):
    """Resources by the names of those below them: `{"processes": {"sleep": {}}}`, as Magpie's tree has them."""
    found = {}
    for at, (name, below) in enumerate(tree.items()):
        resource = Thing(resource_name=name, parent=parent)
        found[at] = {"node": resource, "children": nodes(below, resource)}
    return found


def effective(user, resource, permissions, allow_match=True):
    """What is permitted for all below a resource is permitted for each."""
    matches = allow_match
    while resource is not None:
        rights = case.get("may", {}).get(resource.resource_name, [])
        if "recursive" in rights or (matches and "match" in rights):
            return [Thing(access="allow") for _ in permissions]
        resource, matches = resource.parent, False
    return [Thing(access="deny") for _ in permissions]


root = Thing(resource_name="weaver", parent=None)
logged = []
module("transaction", manager=Manager(), commit=lambda: None)
for name in ("magpie", "magpie.api", "magpie.api.management", "magpie.api.management.resource"):
    module(name)
module("magpie.api.management.resource.resource_utils",
       get_resource_children=lambda *_, **__: nodes(case["resources"], root))
module("magpie.api.requests", get_user=lambda request: request.user or Thing(user_name="anonymous"))
module("magpie.constants", get_constant=lambda *_, **__: "administrators")
module("magpie.models", Service=Thing(by_service_name=lambda name, db_session: name if name in case["services"] else None))
module("magpie.permissions", Access=Thing(ALLOW="allow"), Permission=Thing(READ="read"))
module("magpie.register", magpie_register_permissions_from_config=register)
module("magpie.utils", get_logger=lambda _: Thing(error=lambda text, *values: logged.append(text % values)))

case = dict({"services": [], "resources": {}, "headers": {}, "user": None}, **case)
user = case["user"]
request = Thing(
    headers=dict(case["headers"]),
    db=None,
    user=user and Thing(id=user["id"], user_name=user["name"],
                        groups=[Thing(group_name=group) for group in user.get("groups", [])]),
)
response = Thing(request=request, status_code=case.get("status", 200), content_type="application/json",
                 json=case.get("body"), body=None)
context = Thing(resource=root, service=Thing(effective_permissions=effective))

spec = importlib.util.spec_from_loader("hooks", importlib.machinery.SourceFileLoader("hooks", sys.argv[1]))
hooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hooks)
hook = getattr(hooks, case["hook"])
if case["hook"] == "add_x_wps_output_context":
    assert hook(request) is request
elif case["hook"] == "filter_allowed_processes":
    assert hook(response, context) is response
else:
    assert hook(response) is response
print(json.dumps({
    "headers": request.headers,
    "body": json.loads(response.body) if response.body else case.get("body"),
    "permitted": permitted,
    "logged": logged,
}))

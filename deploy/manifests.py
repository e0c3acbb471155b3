"""Holds the Kubernetes files, the compose file, the alerts and the dashboard against what they must be. Prints `ok …` and `FAILED …`."""

import json
import pathlib
import re
import sys

import kubernetes_validate
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


def case(name, fault):
    print(f"FAILED {name}: {fault}" if fault else f"ok {name}")


def documents(folder):
    for file in sorted((HERE / folder).rglob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            yield file.relative_to(HERE), document


def kubernetes():
    found = {}
    for file, document in documents("kubernetes"):
        # The lists of kustomize, the adapter's rules and patches are no whole objects.
        if "kind" not in document or document["kind"] == "Kustomization" or file.name == "sizes.yaml":
            continue
        name = f"{document['kind']}/{document['metadata']['name']}"
        found[name] = document
        try:
            kubernetes_validate.validate(document, "1.30", strict=True)
            case(f"{file}: {name} is as Kubernetes 1.30 has it", None)
        except kubernetes_validate.ValidationError as error:
            case(f"{file}: {name}", error.message)
    for folder in ("base", "overlays/example"):
        here = HERE / "kubernetes" / folder
        listed = yaml.safe_load((here / "kustomization.yaml").read_text())
        files = {name for name in listed["resources"] if name.endswith(".yaml")} | {one["path"] for one in listed.get("patches", [])}
        files |= {name for one in listed.get("configMapGenerator", []) for name in one["files"]}
        there = {file.name for file in here.iterdir() if file.is_file()} - {"kustomization.yaml", ".gitignore"}
        case(f"kubernetes/{folder}: every file is listed", None if files == there else files ^ there)
    for name in ("Deployment/senid", "Job/senid-migrate"):
        case(f"{name} meets the restricted level of pod security", restricted(found[name]["spec"]["template"]["spec"]))
    hpa = found["HorizontalPodAutoscaler/senid"]["spec"]
    metric = hpa["metrics"][0]["pods"]["metric"]["name"]
    case("the autoscaler asks for a metric that SenID has", None if metric in metrics() else metric)
    case("and there are two pods when one goes", None if hpa["minReplicas"] > 2 else hpa["minReplicas"])
    deny = found["NetworkPolicy/default-deny"]["spec"]
    case("nobody speaks to anybody by default", None if deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} else deny)
    senid = found["Deployment/senid"]["spec"]["template"]
    container = senid["spec"]["containers"][0]
    paths = {probe: container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    case("only readiness looks at the stores", None if list(paths.values()) == ["/health/live", "/health/live", "/health/ready"] else paths)
    inline = [one["name"] for one in container["env"] if not one["name"].endswith("_FILE")]
    case("secrets come from files", inline or None)


def restricted(pod):
    """What https://kubernetes.io/docs/concepts/security/pod-security-standards asks of the level `restricted`, and a read-only root."""
    context = pod["securityContext"]
    if not context.get("runAsNonRoot") or context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        return context
    for container in pod["containers"] + pod.get("initContainers", []):
        own = container.get("securityContext", {})
        wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        if own != wanted or "memory" not in container["resources"]["limits"]:
            return container["name"]
    kinds = {next(kind for kind in volume if kind != "name") for volume in pod["volumes"]}
    return kinds - {"configMap", "secret", "emptyDir"} or None


def compose():
    services = yaml.safe_load((HERE / "compose/compose.yaml").read_text())
    for name, service in services["services"].items():
        hardened = service.get("read_only") and service.get("cap_drop") == ["ALL"] and service.get("security_opt") == ["no-new-privileges:true"]
        case(f"compose: {name} is read-only, without capabilities, and gains none", None if hardened else service)
    watched = [name for name, service in services["services"].items() if "healthcheck" in service]
    case("compose: what others wait for is watched", None if {"postgres", "redis", "proxy"} <= set(watched) else watched)
    published = [name for name, service in services["services"].items() if "ports" in service]
    case("compose: the proxy alone is reached from outside", None if published == ["proxy"] else published)
    case("compose: the stores' network leads nowhere", None if services["networks"]["back"] == {"internal": True} else services["networks"])
    made = set(re.findall(r"secret ([a-z.-]+)", (HERE / "compose/secrets.sh").read_text()))
    made |= {account + "-password" for account in ("postgres", "owner", "server")}
    named = {pathlib.Path(one["file"]).name for one in services["secrets"].values()}
    case("compose: secrets.sh makes every secret", named - made or None)


def metrics():
    """The names that `/metrics` has, as docs/metrics.md tells them: a unit test holds that page against the registry."""
    page = (ROOT / "docs/metrics.md").read_text()
    names = set()
    for name, kind in re.findall(r"^\| `(senid_\w+)` \| (\w+) \|", page, re.M):
        names |= {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}
    return names


def monitoring():
    known = metrics()
    for file in ("alerts.yml", "alerts.test.yml", "grafana/senid.json"):
        used = set(re.findall(r"\bsenid_[a-z_]+", (HERE / "monitoring" / file).read_text()))
        case(f"monitoring/{file} asks for metrics that SenID has", (used - known) or (None if used else "none"))
    rules = yaml.safe_load((HERE / "monitoring/alerts.yml").read_text())["groups"][0]["rules"]
    rehearsed = (HERE / "monitoring/alerts.test.yml").read_text()
    silent = [rule["alert"] for rule in rules if f'"{rule["alert"]}"' not in rehearsed]
    case("every alert is seen to ring", silent or None)
    headings = re.findall(r"^#+ (.*)$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    lost = {rule["annotations"]["runbook"] for rule in rules} - set(headings)
    case("every alert has its runbook in docs/operations.md", lost or None)
    dashboard = json.loads((HERE / "monitoring/grafana/senid.json").read_text())
    shown = set(re.findall(r"\bsenid_[a-z_]+", json.dumps(dashboard)))
    ids = [panel["id"] for panel in dashboard["panels"]]
    case("the dashboard's panels are told apart, and each asks something", None if len(ids) == len(set(ids)) and shown else ids)


if __name__ == "__main__":
    for part in sys.argv[1:]:
        {"kubernetes": kubernetes, "compose": compose, "monitoring": monitoring}[part]()

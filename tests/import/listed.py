"""listed - what the exports of PagerDuty, GoAlert and Grafana OnCall list, for the suite that looks whether anything of it is lost."""


def of_list(holder, name):
    """The things of a member that is a list."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def pagerduty(root):
    lists = ("users", "teams", "schedules", "escalation_policies", "services")
    if isinstance(root, dict) and "terraform_version" in root:
        parts = ("pagerduty_user_contact_method", "pagerduty_user_notification_rule", "pagerduty_team_membership")  # of a user or a team
        for resource in of_list(root, "resources"):
            address = str(resource.get("provider"))
            if resource.get("mode") == "data" or not address.endswith('pagerduty"]') or resource.get("type") in parts:
                continue
            yield from (each["attributes"] for each in of_list(resource, "instances") if isinstance(each.get("attributes"), dict))
        return
    for name in lists:
        yield from of_list(root, name)


def goalert(root):
    data = root.get("data", root) if isinstance(root, dict) else None
    data = data if isinstance(data, dict) else root if isinstance(root, dict) else {}
    for name in ("users", "rotations", "schedules", "escalationPolicies", "services"):
        yield from of_list(data.get(name), "nodes")


def oncall(root):
    for each in root if isinstance(root, list) else of_list(root, "results"):
        is_part = isinstance(each, dict) and ("user_id" in each or "escalation_chain_id" in each and "integration_id" not in each)  # of a person or a chain
        if isinstance(each, dict) and not is_part:
            yield each


LISTED = {"pagerduty": pagerduty, "goalert": goalert, "oncall": oncall}

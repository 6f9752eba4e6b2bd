"""A form that was sent in vain: to be sent once more as it was, nothing typed anew."""

# Where codes of logins are typed: never written into a page again. Elsewhere it is a class's.
LOGINS = "/accounts/"
# More is no form of ours.
MOST_FIELDS, MOST_SIGNS = 300, 100_000


def typed_in(request) -> dict:
    """The form that was sent, to be sent once more as it was, with the key of its page: who
    was answered before gets the same answer again. Nothing for a file or a password."""
    nothing = {"again": [], "address": ""}
    if request.method != "POST":
        return nothing
    try:
        fields = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
        has_files = bool(request.FILES)
    except Exception:
        # Half a request, or one too large: then there is nothing to keep.
        return nothing
    size = sum(len(name) + len(value) for name, value in fields)
    is_login = request.path.startswith(LOGINS)
    is_secret = any("password" in name or (is_login and name == "code") for name, _v in fields)
    if has_files or is_secret or len(fields) > MOST_FIELDS or size > MOST_SIGNS:
        return nothing
    return {"again": fields, "address": request.get_full_path()}

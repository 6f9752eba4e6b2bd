"""Logging in and out."""

from tests.who_may import Needs

#     address, method                  nobod newco stran learn helpe teach coord secre commi siste regis elsew burea edito revie audit manag admin
TABLE = """
account_login                    GET  200   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
account_request_login_code       GET  200   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
account_confirm_login_code       GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
account_logout                   GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
account_change_phone             GET  302   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
account_verify_phone             GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
account_inactive                 GET  200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200   200
account_signup                   GET  200   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
weixin_login                     POST 404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
weixin_callback                  GET  404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
dingtalk_login                   POST 404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
dingtalk_callback                GET  404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
mfa_index                        GET  302   404   404   404   404   404   404   404   404   404   200   200   200   200   200   200   200   200
mfa_authenticate                 GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
mfa_reauthenticate               GET  302   404   404   404   404   404   404   404   404   404   403   403   403   403   403   403   403   403
mfa_reauthenticate_webauthn      GET  302   404   404   404   404   404   404   404   404   404   403   403   403   403   403   403   403   403
mfa_activate_totp                GET  302   404   404   404   404   404   404   404   404   404   200   200   200   200   200   200   200   200
mfa_deactivate_totp              GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
mfa_add_webauthn                 GET  302   404   404   404   404   404   404   404   404   404   200   200   200   200   200   200   200   200
mfa_remove_webauthn              GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
mfa_view_recovery_codes          GET  302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
mfa_generate_recovery_codes      GET  302   404   404   404   404   404   404   404   404   404   200   200   200   200   200   200   200   200
login:disconnect                 POST 302   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404   404
login:typed                      GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
login:end_all                    POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
editors_login                    GET  302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
set_language                     POST 302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302   302
"""


def furnish(town):
    # Nobody's own: not theirs to disconnect or to take away.
    return Needs(
        arguments={"login:disconnect": [0], "mfa_remove_webauthn": [0]},
        fields={"login:end_all": {"keep": "1"}},
    )

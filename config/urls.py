"""Every address of the school. Wagtail answers what no app claims."""

from allauth.account.decorators import secure_admin_login
from allauth.account.views import RequestLoginCodeView
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    # allauth's own login page asks through a form of its own, past the limits of ours.
    path("accounts/login/", RequestLoginCodeView.as_view(), name="account_login"),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("me/", include("accounts.urls")),
    path("office/", admin.site.urls),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("courses.urls")),
    path("", include("live.urls")),
    path("", include("branches.urls")),
    path("", include("cms.urls")),
    path("", include(wagtail_urls)),
]

if settings.DEBUG:
    from django.conf.urls.static import static

    urlpatterns = static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT) + urlpatterns

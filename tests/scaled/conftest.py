"""The browser of the whole suite, here as well."""

from tests.browser.conftest import browser, driver

__all__ = ["browser", "driver"]

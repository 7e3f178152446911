"""Settings as a service of the product reads them."""

from collections.abc import Mapping

from fiblab.config.settings import PREFIX


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Write settings, by their names in lower case, as environment variables."""
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in settings.items()}

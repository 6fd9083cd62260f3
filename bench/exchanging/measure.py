"""All of it, with the database and broker that the environment names: `python -m bench.exchanging.measure`."""

import json
from typing import Any

from flask_migrate import upgrade

from bench.exchanging import exporting, importing, rival, world
from lms import config, create_app


def measure() -> dict[str, Any]:
    """Every figure."""
    folder = config.instance_folder()
    app = create_app(RATELIMIT_ENABLED=False)
    with app.app_context():
        upgrade()
        admin, course = world.populate()
        file = folder / "results.csv"
        world.write_file(file)
        by_loop = rival.rate_of_loop(file, admin)
        imported = importing.measure(file, admin, folder)
        exported = exporting.measure(course, admin, folder)
    return {
        "import_per_s": imported.pop("import_per_s"),
        "orm_per_s": round(by_loop, 1),
        "import_ratio": 0.0,
        **imported,
        **exported,
    }


def main() -> None:
    """Measure and print."""
    figures = measure()
    figures["import_ratio"] = round(figures["import_per_s"] / figures["orm_per_s"], 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()

"""The names and words of the demo data: a hospital and a logistics firm."""

PASSWORD = "learning-by-doing"  # noqa: S105

FIRST = (
    "Anna", "Bram", "Chloe", "Daan", "Emma", "Femke", "Gijs", "Hanna", "Imran", "Julia", "Kees", "Lotte", "Milan",
    "Noor", "Omar", "Pien", "Quinten", "Rosa", "Sem", "Tess", "Umar", "Vera", "Wout", "Yara", "Zoë",
)  # fmt: skip
LAST = (
    "de Vries", "Jansen", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Peters", "Hendriks", "Dekker",
    "Brouwer", "Yilmaz", "van Dijk", "El Amrani", "Kok", "Jacobs", "Vermeulen", "Schouten", "Willems",
)  # fmt: skip

HOSPITAL = {
    "name": "Harbour Hospital",
    "domain": "harbour.example",
    "departments": {
        "Care": ("Ward 1", "Ward 2", "Emergency", "Intensive care"),
        "Treatment": ("Surgery", "Radiology", "Pharmacy"),
        "Support": ("Kitchen", "Facilities", "Administration"),
    },
    "job_functions": (
        "Nurse",
        "Physician",
        "Care assistant",
        "Pharmacist",
        "Radiographer",
        "Cook",
        "Technician",
        "Clerk",
    ),
    "courses": {
        "Fire safety": ("What to do in a fire", "Extinguishers", "Evacuating a ward", "Fire drill"),
        "Basic life support": ("The chain of survival", "Compressions", "The AED", "Choking", "Practice with a doll"),
        "Hand hygiene": ("Why it matters", "Five moments", "Gloves", "Check yourself"),
        "Medication safety": ("Double checks", "High-risk medicines", "Calculating doses", "Reporting", "Practice"),
        "Lifting and moving": ("Your back", "Aids", "Moving a patient", "Ergonomics in practice"),
        "Privacy in care": ("Who may know what", "Talking in corridors", "Screens and paper", "When it goes wrong"),
        "Onboarding": ("Welcome", "Who is who", "Your first week", "House rules", "Tour of the building"),
    },
}

LOGISTICS = {
    "name": "Northway Logistics",
    "domain": "northway.example",
    "departments": {
        "Warehouse": ("Inbound", "Outbound", "Cold store"),
        "Transport": ("City", "Long distance"),
        "Office": ("Planning", "Sales", "People"),
    },
    "job_functions": ("Forklift driver", "Order picker", "Lorry driver", "Planner", "Account manager", "Mechanic"),
    "courses": {
        "Forklift refresher": (
            "Daily checks",
            "Loads and stability",
            "Pedestrians",
            "Batteries",
            "Practical test",
            "Signs",
        ),
        "Dangerous goods": (
            "Classes and labels",
            "Documents",
            "Segregation",
            "Spills",
            "Emergency plan",
            "Quiz yourself",
        ),
        "Driving hours and rest": ("The rules", "The tachograph", "Planning breaks", "Nights", "Fines"),
        "Working in the cold": ("Clothing", "Breaks", "First signs of frostbite", "Cold store tour"),
        "Safe loading": ("Lashing", "Weight on the axles", "Doors and tail lifts", "Practice on the dock"),
    },
}

BODY = """<p>{topic} is part of <strong>{course}</strong>. It takes about ten minutes.</p>
<h2>What you will know afterwards</h2>
<ul><li>Why this matters in your own work.</li><li>What to do, and in which order.</li>
<li>Whom to call when you are not sure.</li></ul>
<blockquote>If in doubt, stop and ask. Nobody minds a question; everybody minds an accident.</blockquote>"""

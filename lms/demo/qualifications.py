"""What the demo's organizations ask of their people."""

from typing import Any

DOCUMENT = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 58>>stream
BT /F 24 Tf 60 180 Td (Certificate of competence) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
"""A certificate as somebody might hand it in."""

HOSPITAL: dict[str, Any] = {
    "organization": "harbour",
    "reasons": ("Maternity leave", "Long illness", "Works from home this season", "Seconded to another hospital"),
    "issuers": ("Red Cross", "Resuscitation Council", "Northern Training Centre"),
    "signed": {
        "Venepuncture": 55, "Defibrillator check": 60, "House rules": 80, "Fire safety, yearly": 62,
        "Hand hygiene": 60,
        "Basic life support (BLS)": 62, "Privacy in care": 66, "Medication safety": 64, "Lifting and moving": 60,
    },
    "qualifications": {
        "Basic life support (BLS)": {
            "accepts_sign_off": True, "counting": "previous", "period": "12 months", "window": "3 months",
            "grace": "30 days",
            "first_courses": ["Basic life support"], "accepts_evidence": True,
            "description": "<p>Recognize a cardiac arrest, call for help, compress, use the AED.</p>",
        },
        "Advanced life support (ALS)": {
            "counting": "completion", "period": "2 years", "window": "6 months", "accepts_evidence": True,
            "includes": ["Basic life support (BLS)"],
        },
        "Medication safety": {
            "accepts_sign_off": True, "counting": "completion", "period": "6 months", "grace": "14 days",
            "first_courses": ["Medication safety"],
        },
        "Hand hygiene": {
            "counting": "completion", "period": "200 days", "first_courses": ["Hand hygiene"],
            "accepts_sign_off": True,
        },
        "Fire warden": {
            "counting": "fixed", "period": "1 years", "base_on": "", "minimum": "3 months", "window": "2 months",
            "first_courses": ["Fire safety"],
        },
        "Fire safety, yearly": {
            "accepts_sign_off": True, "counting": "season", "season_month": 1, "window": "2 months",
            "grace": "1 months",
            "first_courses": ["Fire safety"],
        },
        "Lifting and moving": {
            "accepts_sign_off": True, "counting": "previous", "period": "2 years", "window": "6 months",
            "first_courses": ["Lifting and moving"],
            "accepts_evidence": True,
        },
        "Privacy in care": {"counting": "forever", "accepts_sign_off": True, "first_courses": ["Privacy in care"]},
        "House rules": {"counting": "forever", "accepts_sign_off": True, "first_courses": ["Onboarding"]},
        "Safe care": {
            "counting": "completion", "period": "1 years", "first_needed": 2,
            "first_courses": ["Hand hygiene", "Lifting and moving", "Medication safety"],
            "description": "<p>Two of the three courses on safe care.</p>",
        },
        "Venepuncture": {
            "counting": "completion", "period": "12 months", "grace": "1 months", "accepts_sign_off": True,
        },
        "Defibrillator check": {"counting": "completion", "period": "52 weeks", "accepts_sign_off": True},
    },
    "requirements": (
        ("House rules", "organization", "", 300, 30),
        ("Fire safety, yearly", "organization", "", 250, 60),
        ("Basic life support (BLS)", "department", "Care", 280, 90),
        ("Advanced life support (ALS)", "department", "Intensive care", 200, 90),
        ("Fire warden", "job_function", "Technician", 120, 30),
        ("Medication safety", "job_function", "Nurse", 260, 30),
        ("Medication safety", "job_function", "Pharmacist", 260, 30),
        ("Hand hygiene", "department", "Care", 220, 30),
        ("Lifting and moving", "job_function", "Care assistant", 200, 45),
        ("Privacy in care", "department", "Support", 180, 30),
        ("Venepuncture", "job_function", "Nurse", 240, 60),
        ("Defibrillator check", "department", "Emergency", 150, 30),
    ),
}  # fmt: skip

LOGISTICS: dict[str, Any] = {
    "organization": "northway",
    "reasons": ("Parental leave", "Long illness", "Office work this season"),
    "issuers": ("Transport Academy", "Forklift School North"),
    "signed": {"Forklift": 55, "Dangerous goods": 50, "Driving hours": 60, "Working in the cold": 45},
    "qualifications": {
        "Forklift": {"counting": "previous", "period": "2 years", "window": "3 months", "accepts_sign_off": True,
                     "accepts_evidence": True},
        "Dangerous goods": {"counting": "completion", "period": "9 months", "grace": "2 weeks",
                            "accepts_sign_off": True,
                            "first_courses": ["Dangerous goods"]},
        "Driving hours": {
            "counting": "completion", "period": "1 years", "accepts_sign_off": True,
            "first_courses": ["Driving hours and rest"],
        },
        "Working in the cold": {
            "counting": "season", "season_month": 10, "accepts_sign_off": True,
            "first_courses": ["Working in the cold"],
        },
    },
    "requirements": (
        ("Forklift", "department", "Warehouse", 250, 60),
        ("Dangerous goods", "department", "Transport", 220, 30),
        ("Driving hours", "department", "Transport", 220, 30),
        ("Working in the cold", "department", "Cold store", 150, 30),
    ),
}  # fmt: skip

"""The files of OneRoster 1.2 that are written and read here, column by column.

Source: 1EdTech, OneRoster CSV Binding 1.2.1 (https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv), section 3: the
order of the columns is the standard's, and so is the case of every name.
"""

VERSION = "1.2"
MANIFEST = ("propertyName", "value")
COMMON = ("sourcedId", "status", "dateLastModified")

HEADERS: dict[str, tuple[str, ...]] = {
    "academicSessions": (*COMMON, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "orgs": (*COMMON, "name", "type", "identifier", "parentSourcedId"),
    "courses": (
        *COMMON, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes",
    ),
    "classes": (
        *COMMON, "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
        "termSourcedIds", "subjects", "subjectCodes", "periods",
    ),
    "users": (
        *COMMON, "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email",
        "sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "preferredGivenName",
        "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
    ),
    "roles": (
        *COMMON, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
    ),
    "enrollments": (
        *COMMON, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
    ),
    "categories": (*COMMON, "title", "weight"),
    "lineItems": (
        *COMMON, "title", "description", "assignDate", "dueDate", "classSourcedId", "categorySourcedId",
        "academicSessionSourcedId", "resultValueMin", "resultValueMax", "schoolSourcedId",
    ),
    "results": (
        *COMMON, "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score", "scoreDate", "comment", "textScore",
        "classSourcedId", "inProgress", "incomplete", "late", "missing",
    ),
}  # fmt: skip
"""By file, without `.csv`: its columns. In this order each file names only what stands in one before it."""

ABSENT = (
    "classResources", "courseResources", "demographics", "lineItemLearningObjectiveIds", "lineItemScoreScales",
    "resources", "resultLearningObjectiveIds", "resultScoreScales", "scoreScales", "userProfiles", "userResources",
)  # fmt: skip
"""What there also is, and what is neither written nor read here."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "academicSessions": ("sourcedId", "title", "type", "startDate", "endDate", "schoolYear"),
    "orgs": ("sourcedId", "name", "type"),
    "courses": ("sourcedId", "title", "orgSourcedId"),
    "classes": ("sourcedId", "title", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds"),
    "users": ("sourcedId", "enabledUser", "username", "givenName", "familyName"),
    "roles": ("sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId"),
    "enrollments": ("sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
    "categories": ("sourcedId", "title"),
    "lineItems": (
        "sourcedId", "title", "assignDate", "dueDate", "classSourcedId", "categorySourcedId",
        "academicSessionSourcedId", "schoolSourcedId",
    ),
    "results": ("sourcedId", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "scoreDate"),
}  # fmt: skip
"""Columns in which every row has something."""

YES_OR_NO = ("true", "false")
ENUMERATIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("academicSessions", "type"): ("gradingPeriod", "semester", "schoolYear", "term"),
    ("orgs", "type"): ("department", "school", "district", "local", "state", "national"),
    ("classes", "classType"): ("homeroom", "scheduled"),
    ("users", "enabledUser"): YES_OR_NO,
    ("roles", "roleType"): ("primary", "secondary"),
    ("roles", "role"): (
        "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative",
        "siteAdministrator", "student", "systemAdministrator", "teacher",
    ),
    ("enrollments", "role"): ("administrator", "proctor", "student", "teacher"),
    ("enrollments", "primary"): YES_OR_NO,
    ("results", "scoreStatus"): ("exempt", "fully graded", "not submitted", "partially graded", "submitted"),
    **{("results", name): YES_OR_NO for name in ("inProgress", "incomplete", "late", "missing")},
}  # fmt: skip
EXTENSION = "ext:"
"""What a word of an enumeration begins with that the standard does not have, where it may be extended."""
EXTENDABLE = {("orgs", "type"), ("classes", "classType"), ("roles", "role"), ("enrollments", "role"),
              ("results", "scoreStatus"), ("academicSessions", "type")}  # fmt: skip

REFERENCES: dict[tuple[str, str], str] = {
    ("academicSessions", "parentSourcedId"): "academicSessions",
    ("orgs", "parentSourcedId"): "orgs",
    ("courses", "schoolYearSourcedId"): "academicSessions",
    ("courses", "orgSourcedId"): "orgs",
    ("classes", "courseSourcedId"): "courses",
    ("classes", "schoolSourcedId"): "orgs",
    ("classes", "termSourcedIds"): "academicSessions",
    ("users", "primaryOrgSourcedId"): "orgs",
    ("roles", "userSourcedId"): "users",
    ("roles", "orgSourcedId"): "orgs",
    ("enrollments", "classSourcedId"): "classes",
    ("enrollments", "schoolSourcedId"): "orgs",
    ("enrollments", "userSourcedId"): "users",
    ("lineItems", "classSourcedId"): "classes",
    ("lineItems", "categorySourcedId"): "categories",
    ("lineItems", "academicSessionSourcedId"): "academicSessions",
    ("lineItems", "schoolSourcedId"): "orgs",
    ("results", "lineItemSourcedId"): "lineItems",
    ("results", "studentSourcedId"): "users",
    ("results", "classSourcedId"): "classes",
}
"""Columns that name a row of a file, their own or one before it."""

ROLES = {
    "learner": "student",
    "instructor": "teacher",
    "admin": "systemAdministrator",
    "manager": "ext:manager",
    "author": "ext:author",
    "auditor": "ext:auditor",
}
"""Our roles in the standard's words, and those it has no word for as extensions."""

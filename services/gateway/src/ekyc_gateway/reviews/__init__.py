"""Pictures that were not accepted: kept safe on disk, uploaded, reviewed by a person, erased in time."""

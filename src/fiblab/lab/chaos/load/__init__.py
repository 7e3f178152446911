"""The load: clients as they come, patient, impatient, mistaken and rude; all of it written down."""

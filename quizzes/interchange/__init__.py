"""Items from and for other systems: GIFT, Aiken, Moodle XML and QTI in, Moodle XML and QTI out."""

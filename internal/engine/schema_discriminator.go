package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaDiscriminator = &Rule{
	ID:       "schema-discriminator",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "the value of a discriminator picks none of the schemas",
	Text: `The description names a member, the discriminator, whose value says of which
schema the object is. The schema is the one that mapping gives for the value, else
the alternative whose own const or enum has the value, else the one with that
name; findings are then those of this schema. By the letter of OpenAPI a
discriminator is only a hint; here it decides, since clients that are generated
from the description decode the object by it. Where the object is one that the
description accepts all the same, the finding is a warning. Where the member is
missing or has the wrong type, the finding is about that, under its own rule.`,
	Fix:     "Send one of the values that are allowed, or add the value to the mapping.",
	Example: `{"kind": "fish"}, where the discriminator kind maps cat and dog`,
	run: func(p *pass) {
		for _, tolerated := range []bool{false, true} {
			if tolerated {
				p.setSeverity(plumb.Warning)
			}
			p.reportFailures(func(f schema.Failure) plumb.Finding {
				return placed("the value of the discriminator picks none of the schemas", f.Place, p.foundOf(f, p.foundText), valuesOf(f))
			}, func(f schema.Failure) bool { return f.Tolerated == tolerated })
		}
	},
}

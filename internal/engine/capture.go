package engine

import "github.com/plumbapi/plumb"

// reportDefects reports the faults that who made the exchange gave the rule's id.
// One without a place is one of the exchange as a whole.
func (p *pass) reportDefects() {
	for _, d := range p.x.Defects {
		if d.Rule == p.rule.ID {
			f := placed(d.Message, d.Description, d.Found, d.Allowed)
			f.Subject = subjectAt(d.Description, "")
			if f.Place = d.Place; d.Place == (plumb.Place{}) {
				f.Place = p.x.Place
			}
			p.addOfExchange(f)
		}
	}
}

package engine

import "github.com/plumbapi/plumb"

// reportDefects reports the defects that the reader of the recording found and
// assigned to the rule that runs. A defect without a place is one of the whole
// exchange.
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

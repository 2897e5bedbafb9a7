package engine

import "time"

// clockSlack is how far the clocks of a server and of a recorder may differ.
const clockSlack = time.Minute

// eachFuture calls yield for each timestamp of a state that is later than the
// exchange by more than a second, the precision of the Date header.
func (p *pass) eachFuture(yield func(r *resource, pointer string, ahead time.Duration)) {
	now := ownTime(p.x)
	if now.IsZero() {
		return
	}
	p.eachResource(func(r *resource) {
		r.eachFuture(now, func(i int, ahead time.Duration) { yield(r, r.life.Timestamps[i].Pointer, ahead) })
	})
}

// eachFuture calls yield with the index of each timestamp of a state that is later than
// now by more than a second.
func (r *resource) eachFuture(now time.Time, yield func(i int, ahead time.Duration)) {
	for i := range r.timestamps {
		s := &r.timestamps[i]
		if s.time.IsZero() || !r.life.Timestamps[i].Records {
			continue
		}
		if ahead := s.time.Sub(now); ahead > time.Second {
			yield(i, ahead)
		}
	}
}

// reportFuture reports that a timestamp is later than the response.
func (p *pass) reportFuture(r *resource, pointer string) {
	now := ownTime(p.x).UTC()
	f := placed("the timestamp is later than the response", r.life.Place,
		r.describe(pointer)+" is "+timeBetween(now, r.timestamp(pointer).time)+" after the response ("+now.Format(time.DateTime)+" UTC)", "no time after the response")
	f.Subject = r.subject()
	p.report(p.valueAt(r.pathTo(pointer)), f)
}

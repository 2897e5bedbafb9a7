package history

// Scope says which responses with one identity are about one resource.
type Scope byte

// The scopes.
const (
	ScopeLife Scope = iota // a life that begins anew in another file is another resource; servers for tests often number from 1 in each run
	ScopeRun               // all responses of the run are about one
	ScopeFile              // those of each file are about one
)

// life is what was observed of one resource, in the order of time.
type life struct {
	observations []observation
	created      Value // absent where unknown
	state        Value // the last one; absent where unknown

	before moment  // where the life began anew: the last observation of the life before
	begins *Change // in what its beginning differs from that life; nil where it is the first
}

// part is what was observed in one file, as far as it decides about the life.
type part struct {
	created Value // the first time of creation; absent where there is none
	state   Value // the first state; absent where there is none
	states  map[Value]bool
	life    int // its index; -1 while it is not decided
}

// lives divides what was observed of an identity, in the order of time, among the
// resources that had it. The file in which more may follow is unfinished; it is -1
// where there is none.
//
// A life begins anew in a file if the first state there is the initial one, and the
// time of creation is another one than that of the lives before. If the lifecycle
// does not have a time of creation, the file must hold a second state, too, and its
// beginning must contradict what was before.
func (s *Store) lives(k *Kind, all []observation, unfinished int64) []life {
	if s.Scope == ScopeRun || !ofSeveralFiles(all) {
		return []life{{observations: all}}
	}
	parts := k.parts(all)
	if unfinished >= 0 {
		parts[unfinished].states[Value{kind: kindText}] = true // what may follow
	}
	var lives []life
	for i := range all {
		o := &all[i]
		p := parts[o.file]
		if p.life < 0 {
			lives = s.assign(k, p, o, lives)
		}
		l := &lives[p.life]
		l.observations = append(l.observations, *o)
		if k.says(0, o.values[0]) {
			l.state = o.values[0]
		}
	}
	return lives
}

// parts returns the part of each file.
func (k *Kind) parts(all []observation) map[int64]*part {
	parts := map[int64]*part{}
	for i := range all {
		o := &all[i]
		p := parts[o.file]
		if p == nil {
			p = &part{states: map[Value]bool{}, life: -1}
			parts[o.file] = p
		}
		if v := k.createdOf(o.values); p.created.IsAbsent() {
			p.created = v
		}
		if v := o.values[0]; k.says(0, v) {
			if p.states[v] = true; p.state.IsAbsent() {
				p.state = v
			}
		}
	}
	return parts
}

// assign decides which life a part is of. Its first observation is given.
func (s *Store) assign(k *Kind, p *part, first *observation, lives []life) []life {
	if p.life = len(lives) - 1; p.life < 0 || s.Scope == ScopeFile {
		p.life++
		return append(lives, life{created: p.created})
	}
	latest := &lives[p.life]
	if k.Created == 0 {
		if p.begins(k) && len(p.states) > 1 && s.contradicts(k, latest, p, first) {
			return p.begin(lives, Change{0, latest.state, p.state})
		}
		return lives
	}
	if p.created.IsAbsent() {
		return lives
	}
	for i := range lives {
		if lives[i].created == p.created {
			p.life = i
			return lives
		}
	}
	if latest.created.IsAbsent() {
		latest.created = p.created
	} else if p.begins(k) {
		return p.begin(lives, Change{k.Created, latest.created, p.created})
	}
	return lives
}

// begins reports whether the part begins with the initial state.
func (p *part) begins(k *Kind) bool { return p.state.text == k.Life.Initial && !p.state.IsAbsent() }

// begin begins a life with the part, which differs from the latest one in a member.
func (p *part) begin(lives []life, differs Change) []life {
	earlier := lives[p.life].observations
	p.life = len(lives)
	before := &earlier[len(earlier)-1]
	for i := range earlier { // the last one that has what is told of it
		if earlier[i].values[differs.Member] == differs.Before {
			before = &earlier[i]
		}
	}
	return append(lives, life{created: p.created, before: before.moment, begins: &differs})
}

// contradicts reports whether a part, of which the first observation is given, may
// contradict a life.
func (s *Store) contradicts(k *Kind, l *life, p *part, first *observation) bool {
	if !l.state.IsAbsent() && !k.Life.Reaches(l.state.text, p.state.text) {
		return true
	}
	last := &l.observations[len(l.observations)-1]
	return s.mayContradict(k, last.moment, first.moment, last.changes(first, nil))
}

// mayBeginAnew reports whether changes from one file to another may be those between
// two lives.
func (s *Store) mayBeginAnew(k *Kind, changes []Change) bool {
	if s.Scope != ScopeLife {
		return false
	}
	for _, c := range changes {
		if c.Member == k.Created && c.Before.IsSet() && c.After.IsSet() && k.says(c.Member, c.Before) && k.says(c.Member, c.After) {
			return k.Created > 0 || !k.Life.Reaches(c.Before.text, c.After.text)
		}
	}
	return false
}

// createdOf returns the time of creation among values; absent where there is none.
func (k *Kind) createdOf(values []Value) (v Value) {
	if k.Created > 0 {
		v = values[k.Created]
	}
	if v.IsSet() {
		return v
	}
	return Value{}
}

func ofSeveralFiles(all []observation) bool {
	for i := range all {
		if all[i].file != all[0].file {
			return true
		}
	}
	return false
}

// BeginsAnew reports whether a response in a file, of which the packed values are
// given, is about another resource than one before it with the same identity.
func (s *Store) BeginsAnew(k *Kind, beforeFile string, before []byte, file string, after []byte) bool {
	if beforeFile == file || s.Scope == ScopeRun {
		return false
	}
	from, to := k.Unpack(before), k.Unpack(after)
	if s.Scope == ScopeFile {
		return true
	}
	if !k.says(0, to[0]) || to[0].text != k.Life.Initial {
		return false
	}
	return s.mayBeginAnew(k, (&observation{values: from}).changes(&observation{values: to}, nil))
}

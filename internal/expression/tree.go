package expression

// Op is an operation of a [Tree].
type Op byte

// The operations of trees.
const (
	Literal Op = iota // Value: a bool, int64 or string
	Member            // the value that Path leads to
	Has               // whether there is one
	Size              // of the array that Path leads to
	And               // of two Args, as all that follow but Not, If and In
	Or
	Not
	If // a condition, and what it chooses from
	Equal
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	Add
	Subtract
	In // whether the first of Args equals one of the others, which are literals
)

// First and Last stand in a path for the first and the last element of an
// array.
const (
	First = "[0]"
	Last  = "[-1]"
)

// Tree is an expression that needs little of CEL: members, literals,
// comparisons, sums and what combines them.
type Tree struct {
	Op    Op
	Value any
	Path  []string // a variable and names of members, or First and Last
	Args  []*Tree

	gives    kind    // what kind of value, so far as the text tells
	constant operand // of a literal
	steps    []step  // of the path, after its variable
}

func literal(value any) *Tree {
	t := &Tree{Op: Literal, Value: value}
	switch v := value.(type) {
	case bool:
		t.constant = operand{kind: isBool, is: v}
	case int64:
		t.constant = operand{kind: isInt, n: v}
	case string:
		t.constant = operand{kind: isText, text: v}
	}
	t.gives = t.constant.kind
	return t
}

func pathTree(op Op, path []string, gives kind) *Tree {
	t := &Tree{Op: op, Path: path, gives: gives, steps: make([]step, len(path)-1)}
	for i := range t.steps {
		t.steps[i].name = path[i+1]
	}
	return t
}

// Tree returns the expression as a tree; nil if it is more than trees can say.
func (e *Expression) Tree() *Tree { return e.tree }

// reads returns the paths that the tree reads, after those that are known.
func (t *Tree) reads(known [][]string) [][]string {
	if len(t.Path) > 0 {
		known = append(known, t.Path)
	}
	for _, arg := range t.Args {
		known = arg.reads(known)
	}
	return known
}

package outcome

// mostCount is the largest count, with which counting ends. It is beyond what
// anybody counts, exact in JSON, and the sum of thousands of such counts is still
// a number.
const mostCount = 1 << 50

// sum returns the sum of two counts, at most mostCount. A negative number, which a
// summary from outside may have, counts as none.
func sum(a, b int) int { return min(min(max(a, 0), mostCount)+min(max(b, 0), mostCount), mostCount) }

/* expect: CE. Twice as often at each depth. */
#include __FILE__
#include __FILE__

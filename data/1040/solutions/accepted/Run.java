class Solution {
    static int longest(int[] a) {
        int best = 0;
        for (int i = 0, run = 0; i < a.length; i++)
            best = Math.max(best, run = i > 0 && a[i] == a[i - 1] ? run + 1 : 1);
        return best;
    }
}

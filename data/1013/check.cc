/* Speaks testlib's protocol by itself: input, output, answer, report. quitp(0.5, ...) in testlib. */
#include <cstdio>
#include <fstream>

int main(int argc, char **argv)
{
    long long n, a, b;
    std::ifstream in(argc < 5 ? "" : argv[1]), out(argc < 5 ? "" : argv[2]);
    std::ofstream report(argc < 5 ? "" : argv[4]);
    if (!(in >> n) || !report) {
        fprintf(stderr, "FAIL no input\n");
        return 3;
    }
    report << "<?xml version=\"1.0\" encoding=\"windows-1251\"?>";
    if (!(out >> a >> b)) {
        report << "<result outcome = \"presentation-error\">two numbers were expected</result>";
        return 2;
    }
    if (a + b != n) {
        report << "<result outcome = \"wrong-answer\">the sum is " << a + b << "</result>";
        return 1;
    }
    if (a < 1 || b < 1) {
        report << "<result outcome = \"points\" points = \"0.5\">only the sum is right</result>";
        return 7;
    }
    report << "<result outcome = \"accepted\">two parts</result>";
    return 0;
}

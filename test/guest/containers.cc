// Containers, strings, algorithms and streams of the C++ library.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
};
struct Square : Shape {
    explicit Square(double s) : side(s) {}
    double area() const override { return side * side; }
    double side;
};
struct Circle : Shape {
    explicit Circle(double r) : radius(r) {}
    double area() const override { return 3.14159265358979 * radius * radius; }
    double radius;
};

int
main(int argc, char **argv)
{
    std::map<std::string, int> counts;
    std::istringstream words("the bird flies the sea the bird rests");
    for (std::string word; words >> word;)
        counts[word]++;
    for (const auto &[word, count] : counts)
        std::cout << std::setw(8) << word << ' ' << count << '\n';

    std::vector<std::unique_ptr<Shape>> shapes;
    for (int i = 1; i <= 5; i++)
        if (i % 2)
            shapes.push_back(std::make_unique<Square>(i));
        else
            shapes.push_back(std::make_unique<Circle>(i));
    double total = std::accumulate(
        shapes.begin(), shapes.end(), 0.0,
        [](double sum, const auto &shape) { return sum + shape->area(); });
    std::cout << std::fixed << std::setprecision(4) << total << '\n';

    std::unordered_map<int, std::string> table;
    for (int i = 0; i < 10000; i++)
        table[i * 7919] = std::to_string(i);
    std::cout << table.size() << ' ' << table[7919 * 1234] << '\n';

    std::vector<int> numbers(1000);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::stable_partition(numbers.begin(), numbers.end(),
                          [](int n) { return n % 3 == 0; });
    std::cout << numbers[0] << ' ' << numbers[333] << ' ' << numbers[334]
              << ' ' << numbers[999] << '\n';
    std::set<std::string, std::greater<>> names(argv, argv + argc);
    std::cout << names.size() << " arguments\n";
    std::cout << std::hex << std::showbase << 48879 << std::dec << ' '
              << std::boolalpha << (table.count(1) == 0) << std::endl;
    return 0;
}

/* Spheres and one light, with mirrors: small structs of doubles by value. */
#include <math.h>
#include <stdio.h>

enum { WIDTH = 640, HEIGHT = 480, SPHERES = 9, DEPTH = 3 };

struct vector {
    double x, y, z;
};

struct sphere {
    struct vector centre;
    double radius, shine;
};

static struct sphere spheres[SPHERES];

static struct vector
along(struct vector a, struct vector b, double t)
{
    return (struct vector){ a.x + b.x * t, a.y + b.y * t, a.z + b.z * t };
}

static double
dot(struct vector a, struct vector b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static struct vector
unit(struct vector a)
{
    return along((struct vector){ 0, 0, 0 }, a, 1 / sqrt(dot(a, a)));
}

/* How far the nearest sphere is along a unit ray, or 0; *hit is which. */
static double
nearest(struct vector from, struct vector ray, int *hit)
{
    double best = 0;
    for (int i = 0; i < SPHERES; i++) {
        struct vector to = along(spheres[i].centre, from, -1);
        double middle = dot(to, ray);
        double rest = spheres[i].radius * spheres[i].radius - dot(to, to) +
                      middle * middle;
        if (rest <= 0)
            continue;
        double distance = middle - sqrt(rest);
        if (distance > 1e-6 && (best == 0 || distance < best)) {
            best = distance;
            *hit = i;
        }
    }
    return best;
}

static double
trace(struct vector from, struct vector ray, int depth)
{
    const struct vector light = { -0.48, 0.8, -0.36 };
    int hit = 0, shadow;
    double distance = nearest(from, ray, &hit);
    if (distance == 0)
        return ray.y > 0 ? 0.3 + 0.5 * ray.y : 0.2;
    struct vector place = along(from, ray, distance);
    struct vector normal = unit(along(place, spheres[hit].centre, -1));
    double bright = dot(normal, light);
    if (bright < 0 || nearest(place, light, &shadow) > 0)
        bright = 0;
    bright = 0.1 + 0.7 * bright;
    if (depth > 0 && spheres[hit].shine > 0) {
        struct vector mirror = along(ray, normal, -2 * dot(ray, normal));
        bright += spheres[hit].shine * trace(place, mirror, depth - 1);
    }
    return bright;
}

int
main(void)
{
    for (int i = 0; i < SPHERES; i++)
        spheres[i] = (struct sphere){
            { i % 3 * 2 - 2, i / 3 * 1.5 - 1.5, 5 + i % 2 }, 0.9, 0.1 * i
        };
    double sum = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            struct vector ray = { (x - WIDTH / 2) / 400.0,
                                  (HEIGHT / 2 - y) / 400.0, 1 };
            sum += trace((struct vector){ 0, 0, 0 }, unit(ray), DEPTH);
        }
    printf("%.6f\n", sum);
    return 0;
}

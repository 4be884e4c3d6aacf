// AssemblyScript, and to JavaScript's eyes TypeScript without its types: a
// sieve over a heap object.
export function primes(below: i32): i32 {
    const composite = new StaticArray<bool>(below);
    let count = 0;
    for (let i = 2; i < below; i++) {
        if (composite[i]) continue;
        count++;
        for (let k = 2 * i; k < below; k += i) composite[k] = true;
    }
    return count;
}

// Text of the managed heap: made, joined and taken apart again.
export function digits(n: i32): i32 {
    let text = "";
    for (let i = 0; i < n; i++) text += i.toString();
    let sum = 0;
    for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i) - 48;
    return sum;
}

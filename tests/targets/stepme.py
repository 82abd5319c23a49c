def work(n):
    total = 0
    items = [i * i for i in range(20)]
    table = {str(i): i for i in range(10)}
    for i in range(n):
        total += i
        items[i % 20] = total
        table["last"] = total
    return total
work(10000)
print("hello from the program")
name = input("name? ")
print(f"goodbye, {name}")

  return random.next() % (n + 1);

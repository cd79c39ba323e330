  return random.next() % n;

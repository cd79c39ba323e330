  const int blocks = n == 0 ? 1 : std::min((n - 1) / kThreads + 1, kMostBlocks);
  sum_kernel<<<blocks, kThreads, 0, stream>>>(x, sums, n);
  sum_kernel<<<1, kThreads, 0, stream>>>(sums, result, 1);

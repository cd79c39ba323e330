  const dim3 threads(16, 16);
  const dim3 blocks(static_cast<unsigned>(m + 15) / 16, static_cast<unsigned>(n + 15) / 16);
  matmul_kernel<<<blocks, threads, 0, stream>>>(a, b, y, m, k, n);

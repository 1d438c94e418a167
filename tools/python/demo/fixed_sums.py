"""Import this first: fixes the order of every sum, so that a training run gives the same bits on any recent x86-64.

Libraries choose their kernels by the processor they find, and the number of threads decides where a sum is split. Here
every call uses one thread and the instructions of AVX2.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_CORETYPE="Haswell", ATEN_CPU_CAPABILITY="avx2", DNNL_MAX_CPU_ISA="AVX2")

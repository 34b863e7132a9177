namespace Inference.Operators.Attention;

/// <summary>
/// The past of beam search: rows of the batch are beams of sequences, and each past position of a beam came from a beam that the indirection
/// [sequences, beams, positions] names.
/// </summary>
/// <param name="Indirection">int32.</param>
/// <param name="Heads">H.</param>
/// <param name="Length">Past positions.</param>
/// <param name="Room">Positions that the past holds room for.</param>
internal readonly unsafe record struct BeamPast(Tensor Indirection, long Heads, long Length, long Room)
{
    private long Beams => Indirection.Dims[1];

    /// <summary>Checks that beams are beams of the sequence.</summary>
    public void Check(KernelContext context)
    {
        for (long r = 0; r < Indirection.Dims[0] * Beams; r++)
        {
            for (long j = 0; j < Length; j++)
            {
                int beam = At(r, j);
                if ((uint)beam >= (ulong)Beams)
                {
                    throw context.Error($"input {MultiHeadForm.Indirection}: expected beams in [0, {Beams - 1}], got {beam} for row {r} at {j}.");
                }
            }
        }
    }

    /// <summary>Takes the past rows of one head of one row of the batch.</summary>
    /// <param name="past">[B, H, room, depth].</param>
    /// <param name="target">[length, depth].</param>
    /// <param name="row">The row of the batch.</param>
    /// <param name="head">The head.</param>
    /// <param name="depth">Elements of a row.</param>
    public void Take(float* past, float* target, long row, long head, long depth)
    {
        for (long j = 0; j < Length; j++)
        {
            long source = row / Beams * Beams + At(row, j);
            long at = ((source * Heads + head) * Room + j) * depth;
            Buffer.MemoryCopy(past + at, target + j * depth, depth * sizeof(float), depth * sizeof(float));
        }
    }

    private int At(long row, long position) => ((int*)Indirection.Data)[row * Indirection.Dims[2] + position];
}

namespace Inference.Operators.Attention;

/// <summary>Queries, keys and values of one run of attention on projected heads, wherever they stand.</summary>
/// <param name="Query">Queries.</param>
/// <param name="Key">New keys.</param>
/// <param name="Value">New values.</param>
/// <param name="Batch">B.</param>
/// <param name="Rows">Query positions.</param>
/// <param name="Fresh">New key positions.</param>
/// <param name="Depth">Size of a query or key head.</param>
/// <param name="ValueDepth">Size of a value head.</param>
/// <param name="IsSplit">Whether keys and values come by heads, [B, H, L, D]: the bias is in them already.</param>
internal readonly record struct MultiHeadInputs(ProjectedHeads Query, ProjectedHeads Key, ProjectedHeads Value, long Batch, long Rows, long Fresh, long Depth, long ValueDepth, bool IsSplit)
{
    public static MultiHeadInputs Read(KernelContext context, long heads)
    {
        Tensor q = context.Input(0);
        if (context.OptionalInput(1) is not { } k)
        {
            long own = q.Rank == 5 ? q.Dims[4] : q.Dims[2] / (3 * heads);
            return new(Part(q, 0, own), Part(q, 1, own), Part(q, 2, own), q.Dims[0], q.Dims[1], q.Dims[1], own, own, false);

            ProjectedHeads Part(Tensor tensor, long part, long depth) => ProjectedHeads.Of(tensor, part, 3, heads, depth);
        }

        long depth = q.Dims[2] / heads;
        ProjectedHeads query = ProjectedHeads.Of(q, 0, 1, heads, depth);
        if (k.Rank == 5)
        {
            return new(query, ProjectedHeads.Of(k, 0, 2, heads, depth), ProjectedHeads.Of(k, 1, 2, heads, depth), q.Dims[0], q.Dims[1], k.Dims[1], depth, depth, false);
        }

        Tensor v = context.Input(2);
        long valueDepth = v.Rank == 4 ? v.Dims[3] : v.Dims[2] / heads;
        return new(query, ProjectedHeads.Of(k, 0, 1, heads, depth), ProjectedHeads.Of(v, 0, 1, heads, valueDepth), q.Dims[0], q.Dims[1], k.Dims[k.Rank == 4 ? 2 : 1], depth, valueDepth, k.Rank == 4);
    }
}

namespace Inference.Rewriting.Facts;

/// <summary>Proves by batch-axis dataflow that rows of the outputs depend on the same rows of the inputs alone.</summary>
internal sealed record RowProof(int? BatchAxis, bool RowIndependent)
{
    /// <summary>Analyses a graph after shape inference.</summary>
    public static RowProof Of(ModelGraph graph, RunControl? control = null)
    {
        if (BatchFlow.Of(graph, graph.Inputs, control) is not { } flow)
        {
            return new(null, false);
        }

        bool independent = graph.Outputs.Count > 0 && graph.Outputs.TrueForAll(o => flow.AxisOf(o) == 0);
        return new(0, independent);
    }
}

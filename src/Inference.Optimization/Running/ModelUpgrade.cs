using Inference.Data;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Running;

/// <summary>Raises a model's operator set with the shapes that this needs, determined by running a row.</summary>
internal static class ModelUpgrade
{
    /// <param name="context">Provides the loader.</param>
    /// <param name="editor">The model.</param>
    /// <param name="data">Rows; null if there are none: some models then cannot be raised.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OptimizationException">The model cannot be raised.</exception>
    public static async Task RunAsync(OptimizationContext context, GraphEditor editor, IDataSource? data, CancellationToken cancellationToken)
    {
        if ((editor.Model.GetOperatorSetVersion() ?? 1) >= OpsetUpgrade.Target)
        {
            return;
        }

        string[] softmaxes = [.. editor.Graph.Nodes.Where(n => n.OpType is "Softmax" or "LogSoftmax" or "Hardmax" && n.GetInt("axis", 1) != -1).Select(n => n.Outputs[0])];
        Dictionary<string, long[]> shapes = data is null || softmaxes.Length == 0
            ? []
            : await ShapeProbe.RunAsync(context, editor.Model, softmaxes, data, cancellationToken).ConfigureAwait(false);
        OpsetUpgrade.Apply(editor, shapes);
    }
}

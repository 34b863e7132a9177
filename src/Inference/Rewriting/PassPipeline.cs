using Inference.Rewriting.Facts;
using Inference.Rewriting.Framework;
using Inference.Rewriting.Rewrites;

namespace Inference.Rewriting;

/// <summary>The graph rewrites done at load, in order; the order is meaning.</summary>
internal static class PassPipeline
{
    /// <summary>One rewrite.</summary>
    internal sealed record Pass(string Name, Action<ModelGraph, RunControl> Run)
    {
        public Pass(string name, Action<ModelGraph> run)
            : this(name, (graph, _) => run(graph))
        {
        }
    }


    internal static readonly Pass[] Passes =
    [
        new("IdentityElimination", IdentityElimination.Run),
        new("HalfWidening", HalfWidening.Run),
        new("QuantizationFusion", QuantizationFusion.Run),
        new("ConstantFolding", ConstantFolding.Run),
        new("IdentityElimination", IdentityElimination.Run),
        new("DeadCodeElimination", DeadCodeElimination.Run),
        new("CommonSubexpressions", CommonSubexpressions.Run),
        new("NormFusion", NormFusion.Run),
        new("GeluFusion", GeluFusion.Run),
        new("HardSwishFusion", HardSwishFusion.Run),
        new("EmbeddingFusion", EmbeddingFusion.Run),
        new("AttentionFusion", AttentionFusion.Run),
        new("DeadCodeElimination", DeadCodeElimination.Run),
        new("BatchNormFolding", BatchNormFolding.Run),
        new("IntegerProductFusion", IntegerProductFusion.Run),
        new("EpilogueFusion", EpilogueFusion.Run),
        new("LowRankFusion", LowRankFusion.Run),
        new("LayoutPropagation", LayoutPropagation.Run),
    ];

    /// <summary>Runs all passes.</summary>
    /// <param name="graph">Inferred by <see cref="ShapeInference"/>; inferred again at the end.</param>
    /// <param name="modelName">For messages.</param>
    /// <param name="verify">Whether the graph is verified after each pass (tests do).</param>
    /// <param name="control">What can stop it; null: nothing.</param>
    public static void Run(ModelGraph graph, string modelName, bool verify, RunControl? control = null)
    {
        control ??= RunControl.None;
        IReadOnlyDictionary<Value, ModelValueType>? declared = InputSymbols.Separate(graph);
        if (declared is not null)
        {
            ShapeInference.Run(graph, modelName, control);
        }

        foreach (Pass pass in Passes)
        {
            control.ThrowIfStopped();
            pass.Run(graph, control);
            if (verify)
            {
                GraphVerifier.Verify(graph, pass.Name);
            }
        }

        if (declared is not null)
        {
            InputSymbols.Restore(declared);
        }

        ShapeInference.Run(graph, modelName, control);
    }
}

using Inference.Rewriting.Framework;

namespace Inference.Scanning;

/// <summary>Rules for the sizes that a model fixes, as shape inference finds them.</summary>
internal sealed class ShapeRules
{
    // What a graph of real use may hold without anybody asking.
    private const long MuchBytes = 1L << 30;

    // Of a node's inputs, or of the model: a mask or a table is made of less.
    private const long MuchExpansion = 1024;

    private readonly ModelLimits _limits;
    private readonly FindingList _findings;
    private readonly long _fileBytes;

    private ShapeRules(ModelLimits limits, long fileBytes, FindingList findings)
    {
        _limits = limits;
        _findings = findings;
        _fileBytes = fileBytes;
    }

    /// <summary>Checks a graph and those inside it.</summary>
    /// <param name="graph">The graph, after shape inference.</param>
    /// <param name="fileBytes">The size of the model with its external data.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="findings">Where findings go.</param>
    public static void Check(ModelGraph graph, long fileBytes, ModelLimits limits, FindingList findings) => new ShapeRules(limits, fileBytes, findings).Check(graph);

    private void Check(ModelGraph graph)
    {
        foreach (Node node in graph.Nodes)
        {
            foreach (Value? output in node.Outputs)
            {
                if (output?.Type is { Kind: ModelValueKind.Tensor } type && BytesOf(type) is { } bytes)
                {
                    Check(node, type, bytes);
                }
            }

            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Check(inner);
            }
        }
    }

    private void Check(Node node, ModelValueType type, double bytes)
    {
        bool made = bytes > MuchExpansion * node.Inputs.Sum(static i => i?.Type is { Kind: ModelValueKind.Tensor } input ? BytesOf(input) ?? 1 : 0);
        long most = made ? _limits.MaxExpandedBytes : _limits.MaxValueBytes;
        if (bytes > most)
        {
            _findings.Fatal("expansion", node.Describe(), $"expected at most {most} bytes ({(made ? nameof(ModelLimits.MaxExpandedBytes) : nameof(ModelLimits.MaxValueBytes))}), got {type}, {bytes:0} bytes.");
        }
        else if (bytes > MuchBytes && bytes > MuchExpansion * (double)_fileBytes)
        {
            _findings.Warn("expansion", node.Describe(), $"expected at most {MuchExpansion} times the {_fileBytes} bytes of the model, got {type}, {bytes:0} bytes.");
        }
    }

    // Sizes that depend on the inputs count as 1: what remains is fixed by the model. Not as integers: the product may overflow.
    private static double? BytesOf(ModelValueType type)
    {
        if (type.Shape is null)
        {
            return null;
        }

        double bytes = type.ElementType == ElementType.String ? 8 : type.ElementType.BitWidth() / 8d;
        foreach (Dimension dimension in type.Shape)
        {
            bytes *= dimension.Size ?? 1;
        }

        return bytes;
    }
}

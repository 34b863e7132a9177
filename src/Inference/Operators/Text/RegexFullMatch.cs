using System.Text.RegularExpressions;

namespace Inference.Operators.Text;

/// <summary>Whether the whole text matches a pattern of RE2's syntax; matching takes time linear in the text. Source: ONNX RegexFullMatch, opset 20.</summary>
internal sealed class RegexFullMatch : Operator
{
    private readonly Regex _regex;

    public RegexFullMatch(Node node)
    {
        string pattern = node.Attributes.String("pattern", "");
        try
        {
            _regex = new Regex($@"\A(?:{Re2Pattern.Translate(pattern)})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'pattern': expected a regular expression, got '{pattern}' ({exception.Message}).");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.Bool, context.InputShape(0));
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Span<bool> y = context.Output(0).Span<bool>();
        for (int i = 0; i < y.Length; i++)
        {
            context.ThrowIfCancelled();
            y[i] = _regex.IsMatch(x.Strings[i]);
        }
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();
}

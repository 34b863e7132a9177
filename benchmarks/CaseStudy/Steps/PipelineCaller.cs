using Inference;
using OptimizeAndServe.Serving;
using OptimizeAndServe.World;

namespace CaseStudy.Steps;

/// <summary>Calls a pipeline of middleware; the tensors of the inputs are used again.</summary>
internal sealed class PipelineCaller(IModelRunner runner, ClickRequest form) : ICaller
{
    private readonly RequestInputs _inputs = new RequestInputs(form);

    public void Run(ClickRequest request, Span<float> scores)
    {
        _inputs.Write(request, 0);
        using NamedValues outputs = runner.Run(_inputs.Values);
        outputs["score"].AsSpan<float>().CopyTo(scores);
    }

    public void Dispose() => _inputs.Dispose();
}

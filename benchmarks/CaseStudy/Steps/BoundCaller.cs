using Inference;
using OptimizeAndServe.Serving;
using OptimizeAndServe.World;

namespace CaseStudy.Steps;

/// <summary>Calls a model through a bound run: inputs and outputs set up once.</summary>
internal sealed class BoundCaller : ICaller
{
    private readonly BoundRun _run;
    private readonly RequestInputs _inputs;

    public BoundCaller(IModelRunner runner, ClickRequest form)
    {
        _run = runner.Bind();
        _inputs = new RequestInputs(form);
        foreach (ModelPort port in runner.Info.Inputs)
        {
            _run.SetInput(port.Name, _inputs.Values[port.Name]);
        }
    }

    public void Run(ClickRequest request, Span<float> scores)
    {
        _inputs.Write(request, 0);
        _run.Run();
        _run.GetOutput("score").AsSpan<float>().CopyTo(scores);
    }

    public void Dispose()
    {
        _run.Dispose();
        _inputs.Dispose();
    }
}

using Inference;
using OptimizeAndServe.Serving;
using OptimizeAndServe.World;

namespace CaseStudy.Steps;

/// <summary>What one should not do: one call for each item.</summary>
internal sealed class RowCaller : ICaller
{
    private readonly BoundRun _run;
    private readonly RequestInputs _inputs;

    public RowCaller(IModelRunner runner, ClickRequest form)
    {
        _run = runner.Bind();
        _inputs = new RequestInputs(Only(form, 0));
        foreach (ModelPort port in runner.Info.Inputs)
        {
            _run.SetInput(port.Name, _inputs.Values[port.Name]);
        }
    }

    public void Run(ClickRequest request, Span<float> scores)
    {
        for (int i = 0; i < request.Items.Length; i++)
        {
            _inputs.Write(Only(request, i), 0);
            _run.Run();
            scores[i] = _run.GetOutput("score").AsSpan<float>()[0];
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _inputs.Dispose();
    }

    private static ClickRequest Only(ClickRequest request, int item) => new()
    {
        User = request.User,
        UserRank = request.UserRank,
        UserCategories = request.UserCategories,
        UserNumbers = request.UserNumbers,
        History = request.History,
        Context = request.Context,
        Items = [request.Items[item]],
        Numbers = request.Numbers[(item * ClickWorld.ItemNumbers)..((item + 1) * ClickWorld.ItemNumbers)],
        Clicked = [request.Clicked[item]],
    };
}

using Inference;
using Inference.Monitoring;
using Inference.Status;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Outcomes
{
    public static void Judge(IServiceCollection services)
    {
        #region outcomes-use
        services.AddModel("ranker", o => o.Path = "models/ranker")
                .UseOutcomes(o => o.Name = "clicked")                           // reports of this name, 0 to 1, higher is better
                .UseFeedback()
                .UseVersioning(o =>
                {
                    o.Rollout = RolloutMode.Canary;
                    o.Canary.PromoteAfterOutcomes = 5_000;
                    o.Canary.CompareCost = true;
                })
                .PerVersion(v => v.UseMonitoring().UseCost(o => o.PricePerCoreHour = 0.04));
        #endregion
    }

    public static void Retrain(IServiceCollection services)
    {
        #region retraining-use
        services.AddModel("ranker", o => o.Path = "models/ranker")
                .UseRetraining(o =>
                {
                    o.Directory = "retraining/{model}";
                    o.MinimumLabels = 2_000;
                    o.Schedule = "0 3 * * MON";                                 // and in any case on Mondays at 3
                    o.Command.FileName = "/opt/train/run.sh";
                    o.Command.Arguments.Add("{bundle}");
                    o.Command.Timeout = TimeSpan.FromHours(2);
                })
                .UseFeedback(o => o.Performance.Metrics.Add("accuracy"))
                .UseVersioning()
                .PerVersion(v => v.UseMonitoring());
        #endregion
    }

    public static void Compare(IEnumerable<(bool IsTreatment, double Outcome)> units)
    {
        #region outcomes-compare
        var comparison = new OutcomeComparison();
        comparison.BeginStage(0, share: 0.5);                                   // half of the users get the treatment
        foreach ((bool isTreatment, double outcome) in units)
        {
            comparison.Add(isTreatment, outcome);
        }

        OutcomeReport report = comparison.Evaluate();                           // whenever one likes, as often as one likes
        Console.WriteLine($"{report.Verdict}: {report.Difference:F4} ({report.Low:F4} to {report.High:F4})");
        #endregion
    }

    public static void Costs(IModelRunner ranker)
    {
        #region cost-read
        CostSnapshot cost = ranker.GetService<ICostStatus>()!.Snapshot;         // of the default version
        Console.WriteLine($"{cost.CpuSecondsPerThousand * 1_000:F1} ms, {cost.MoneyPerThousand} for 1,000 predictions");
        #endregion
    }
}

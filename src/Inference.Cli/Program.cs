return await Inference.Cli.CommandLine.RunAsync(args).ConfigureAwait(false);

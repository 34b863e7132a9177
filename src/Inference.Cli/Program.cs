using System.CommandLine;
using Inference.Cli.Commands;

RootCommand root = CommandTable.Create();
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);

// Asks the maintained evaluator of IAM policies (@cloud-copilot/iam-simulate): JSON of a list of simulations on
// standard input, JSON of a list of answers on standard output.
//
// A simulation is what that library takes. An answer is {"result": "Allowed" | "ExplicitlyDenied" | "ImplicitlyDenied",
// "ignored": [context keys that AWS does not offer for that action and resource]}, or {"error": ...}.
import { runSimulation } from '@cloud-copilot/iam-simulate'

let text = ''
for await (const chunk of process.stdin) text += chunk
const answers = []
for (const simulation of JSON.parse(text)) {
  const answer = await runSimulation(simulation, {})
  answers.push(
    answer.resultType === 'error'
      ? { error: answer.errors }
      : { result: answer.overallResult, ignored: answer.result?.ignoredContextKeys ?? [] }
  )
}
process.stdout.write(JSON.stringify(answers))
